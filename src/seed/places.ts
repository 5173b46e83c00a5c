/** Where sample people live, and how they and their companies are called there. */
export interface Place {
  /** The country as people write it into a free text, several ways. */
  readonly country: Words
  readonly cities: Words
  readonly states: Words | null
  /** `#` stands for the house number. */
  readonly street: Words
  /** `0` stands for any digit. */
  readonly postalCode: string
  readonly phone: string
  readonly women: Words
  readonly men: Words
  readonly families: Words
  /** Between family name and first name, where the family name comes first; else null. */
  readonly familyFirst: string | null
  readonly companies: Words
  readonly companyForms: Words
}

type Words = readonly [string, ...string[]]

const unitedStates: Place = {
  country: ['USA', 'United States', 'U.S.A.', 'US', 'United States of America'],
  cities: ['Springfield', 'Cedar Falls', 'Bend', 'Duluth', 'St. Paul'],
  states: ['IL', 'IA', 'OR', 'MN'],
  street: ['# Main St', '# Orchard Ave, Suite 4', '# "Old Mill" Rd'],
  postalCode: '00000',
  phone: '(555) 555-0000',
  women: ['Amber', 'Brooke', 'Dana', 'Faith', 'Joy'],
  men: ['Caleb', 'Duane', 'Grant', 'Miles', 'Wade'],
  families: ['Brook', "O'Malley", 'Rivers', 'Smith-Jones', 'Stone', 'Van Dyke'],
  familyFirst: null,
  companies: ['Blue Heron', 'Copper Kettle', 'Prairie Wind', 'Seven Pines', 'Smith, Rivers & Sons'],
  companyForms: ['Inc.', 'LLC', 'Corp.'],
}

const unitedKingdom: Place = {
  country: ['United Kingdom', 'UK', 'Great Britain', 'England'],
  cities: ['Bath', 'Leeds', 'Oban', 'York'],
  states: null,
  street: ['# Mill Lane', 'The Old Forge; # Church Row'],
  postalCode: 'XX0 0XX',
  phone: '+44 20 5550 0000',
  women: ['Bronwen', 'Imogen', 'Nell', 'Siân'],
  men: ['Alfie', 'Ewan', 'Rhys', 'Toby'],
  families: ['Ashdown', 'Fairweather', "M'Kay", 'Penrose'],
  familyFirst: null,
  companies: ['Alder & Finch', 'Lantern', '"The Larder"', 'Tidewater'],
  companyForms: ['Ltd', 'plc', '& Co.'],
}

const germany: Place = {
  country: ['Germany', 'Deutschland', 'DE', 'GERMANY'],
  cities: ['Köln', 'Lübeck', 'München', 'Weißenfels'],
  states: null,
  street: ['Lindenstraße #', 'Am Markt # a', 'Große Gasse #'],
  postalCode: '00000',
  phone: '+49 30 555 0000',
  women: ['Änne', 'Frieda', 'Käthe', 'Lena'],
  men: ['Jörg', 'Klaus-Dieter', 'Lars', 'Uwe'],
  families: ['Groß', 'Müller-Lüdenscheidt', 'Schönfeld', 'von der Aue', 'Weiß'],
  familyFirst: null,
  companies: ['Bäckerei Sonnenschein', 'Nordlicht', 'Übersee Handel', 'Waldgrün'],
  companyForms: ['GmbH', 'AG', 'GmbH & Co. KG', 'e. K.'],
}

const france: Place = {
  country: ['France', 'FRANCE', 'FR'],
  cities: ['Aix-en-Provence', 'Besançon', 'Nîmes', 'Orléans'],
  states: null,
  street: ['#, rue de la Fontaine', '# bis, allée des Tilleuls'],
  postalCode: '00000',
  phone: '+33 1 55 55 00 00',
  women: ['Aurélie', 'Maëlle', 'Océane', 'Zoé'],
  men: ['Étienne', 'François', 'Jean-Loup', 'Théo'],
  families: ["d'Aubrac", 'Lefèvre', 'Moreau', 'Le Gall'],
  familyFirst: null,
  companies: ["L'Atelier Bleu", 'Cœur de Chêne', 'Les Trois Sœurs'],
  companyForms: ['SARL', 'SA', 'SAS'],
}

const spain: Place = {
  country: ['Spain', 'España', 'ES'],
  cities: ['A Coruña', 'Cádiz', 'León', 'Málaga'],
  states: null,
  street: ['Calle Mayor, #', 'Avda. de la Constitución #, 2º B'],
  postalCode: '00000',
  phone: '+34 955 550 000',
  women: ['Begoña', 'Inés', 'Nuria', 'Rocío'],
  men: ['Álvaro', 'Iñigo', 'Martín', 'Raúl'],
  families: ['Ibáñez Soto', 'Muñoz', 'Peña', 'Vázquez'],
  familyFirst: null,
  companies: ['Aceites del Sur', 'La Cigüeña', 'Viñas Altas'],
  companyForms: ['S.L.', 'S.A.'],
}

const poland: Place = {
  country: ['Poland', 'Polska', 'PL'],
  cities: ['Gdańsk', 'Kraków', 'Łódź', 'Wrocław'],
  states: null,
  street: ['ul. Długa #', 'ul. Św. Anny #/3'],
  postalCode: '00-000',
  phone: '+48 22 555 00 00',
  women: ['Agnieszka', 'Bożena', 'Łucja'],
  men: ['Grzegorz', 'Stanisław', 'Wojciech'],
  families: ['Brzęczyszczykiewicz', 'Dąb', 'Źrebiec'],
  familyFirst: null,
  companies: ['Bursztyn', 'Złota Ryba'],
  companyForms: ['sp. z o.o.', 'S.A.'],
}

const brazil: Place = {
  country: ['Brazil', 'Brasil', 'BR'],
  cities: ['Florianópolis', 'Goiânia', 'São Paulo'],
  states: ['GO', 'SC', 'SP'],
  street: ['Rua das Acácias, #', 'Av. São João, # – sala 7'],
  postalCode: '00000-000',
  phone: '+55 11 5555-0000',
  women: ['Conceição', 'Iara', 'Luísa'],
  men: ['Caetano', 'João', 'Otávio'],
  families: ['Assunção', 'da Conceição', 'Magalhães'],
  familyFirst: null,
  companies: ['Café Três Irmãos', 'Pão da Serra'],
  companyForms: ['Ltda.', 'S.A.'],
}

const japan: Place = {
  country: ['Japan', '日本', 'JP'],
  cities: ['京都市', '札幌市', '福岡市'],
  states: ['京都府', '北海道', '福岡県'],
  street: ['桜町#丁目', '本町#番地'],
  postalCode: '000-0000',
  phone: '+81 3-5555-0000',
  women: ['葵', 'さくら', '美咲'],
  men: ['大輔', '健', '翔太'],
  families: ['山川', '森田', '鈴木野'],
  familyFirst: ' ',
  companies: ['青空商事', '緑の森工業'],
  companyForms: ['株式会社', '有限会社'],
}

const china: Place = {
  country: ['China', '中国', 'CN'],
  cities: ['成都', '杭州', '𠮷安'],
  states: null,
  street: ['梧桐路#号', '和平街#号'],
  postalCode: '000000',
  phone: '+86 10 5555 0000',
  women: ['梅', '小芳', '静怡'],
  men: ['建国', '伟', '子轩'],
  families: ['白', '江', '𠮷'],
  familyFirst: '',
  companies: ['长河贸易', '远山科技'],
  companyForms: ['有限公司'],
}

/** About as many rows come from each. */
export const places: readonly [Place, ...Place[]] = [
  unitedStates,
  unitedKingdom,
  germany,
  france,
  spain,
  poland,
  brazil,
  japan,
  china,
]
